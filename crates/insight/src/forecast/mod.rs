//! Forecasts of series, and what a forecast is worth.

pub mod local_level;
pub mod scoring;
pub mod smoothing;
