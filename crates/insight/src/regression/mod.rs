//! Regressions of payment on elements.

pub mod cells;
pub mod logistic;
pub mod mantel_haenszel;
pub mod poisson;
