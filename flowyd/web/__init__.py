"""The web child: HTTP for scrapers and probes. It relays what the supervisor rendered."""
