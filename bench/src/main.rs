//! The program `whypaid`.
fn main() {}
