"""The strict layer's own tests: each rule has one that fails on bare moto."""
