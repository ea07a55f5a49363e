"""The supervisor: a pure machine (states, machine, policy, pools, services, fleet) and its edge."""
