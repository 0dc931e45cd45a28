//! An emulator with the group of the vendor's sample request, on port 8600 or the one given.
//!
//! ```console
//! $ cargo run -p avmarks-emulator --example emulator -- 8600
//! ```

use std::error::Error;

use avmarks_emulator::{Emulator, Settings};

fn main() -> Result<(), Box<dyn Error>> {
    let port: u16 = std::env::args().nth(1).as_deref().unwrap_or("8600").parse()?;
    let running = Emulator::new(Settings::default())?.start(([127, 0, 0, 1], port).into())?;
    println!("{}", running.url());
    std::thread::park();
    Ok(())
}
