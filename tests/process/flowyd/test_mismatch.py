"""Types that SWF knows with other defaults: a warning or, where that is said, no new generation."""

CHANGED = ('@activity("Double", 1, "acts")', '@activity("Double", 1, "acts", start_to_close=5)')


def test_other_defaults_are_an_error_where_the_configuration_says_so(launch, tmp_path):
    daemon = launch()
    daemon.until_ready()
    plugin, config = tmp_path / "sample_plugin.py", tmp_path / "flowyd.toml"
    plugin.write_text(plugin.read_text().replace(*CHANGED))

    assert daemon.flowyd("reload", "--wait").returncode == 0
    assert "registered with other defaults: defaultTaskStartToCloseTimeout" in daemon.log

    config.write_text(config.read_text().replace("[plugins]", '[plugins]\non_mismatch = "error"'))
    refused = daemon.flowyd("reload", "--wait")
    assert refused.returncode != 0
    assert "registered with other defaults" in refused.stdout + refused.stderr
    assert daemon.status().generation == 2
