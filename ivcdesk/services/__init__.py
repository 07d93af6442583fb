"""Use-cases: they keep the truth, call the api and tell their subscribers; no Qt."""
