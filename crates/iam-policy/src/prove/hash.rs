//! Hash tables of the proofs, which look up small keys millions of times. The hash has a seed, as policies
//! can be written by an adversary.

pub(super) use foldhash::fast::RandomState;

pub(super) type HashMap<K, V> = std::collections::HashMap<K, V, RandomState>;
