//! The inbox of events: lists, replay of many, putting aside.

mod ignore;
mod list;
mod replay;
