//! Holds no code: the tests and benchmarks of this package stand beside it, each with what it needs.
