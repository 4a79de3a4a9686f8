//! Special functions, roots and small dense algebra. Numbers in, numbers out.
//!
//! Arguments outside a function's domain are the caller's to exclude; the methods do so and answer
//! [`Absent`](crate::figure::Absent). Written here because the libraries tried lose digits at the sizes we meet
//! (STATISTICS.md); each function names its source and is held by `tests/special.rs` to mpmath's figures.

pub mod beta;
pub mod chi_squared;
pub mod gamma;
pub mod linear;
pub mod normal;
pub mod optimum;
pub mod quadrature;
pub mod student;
