"""The stage: network namespaces, impairable links and real partners for the demonstration and the smoke tests."""
