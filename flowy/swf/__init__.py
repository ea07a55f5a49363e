"""SWF's vocabulary. All of it is pure but `client`, the boto3 edge."""
