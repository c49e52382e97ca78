//! Generates messages and server traits from `proto/`, without a system `protoc`.

use std::error::Error;

const FILES: [&str; 3] = [
    "proto/tfplugin6.proto",
    "proto/tfplugin6_types.proto",
    "proto/plugin.proto",
];

fn main() -> Result<(), Box<dyn Error>> {
    for file in FILES {
        println!("cargo:rerun-if-changed={file}");
    }
    let descriptors = protox::compile(FILES, ["proto"])?;
    tonic_prost_build::configure()
        .build_client(false)
        // RPCs that the server does not implement answer UNIMPLEMENTED.
        .generate_default_stubs(true)
        // One order for maps on the wire, so that equal answers are equal bytes.
        .btree_map(".")
        .compile_fds(descriptors)?;
    Ok(())
}
