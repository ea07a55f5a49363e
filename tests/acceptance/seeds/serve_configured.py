"""A worker that is told which of the lists to serve."""

import sys

import configurations

from flowy.config import make_config

if __name__ == "__main__":
    my_config = make_config(domain="RolisTest")
    my_config.scan(configurations)
    my_config.start_activity_loop(task_list=sys.argv[1])
