//! Contains no code: the tests and benchmarks of this package have a folder each.
