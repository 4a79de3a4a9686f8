//! The program `whypaid`.

fn main() -> std::process::ExitCode {
    server::cli::run()
}
