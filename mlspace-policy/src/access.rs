//! `access`: reports who can access which data, by the policies attached in an account.

mod datasets;
mod json;
mod matrix;
mod page;
mod table;

use mlspace_core::access::AccountDetails;

use crate::arguments::{Access, MatrixFormat};
use crate::input::{self, InputError};
use crate::output::CommandOutput;
use matrix::Matrix;

pub(crate) fn run(options: &Access) -> Result<CommandOutput, InputError> {
    let file = options.account.display();
    let details = AccountDetails::parse(&input::text(&options.account)?)
        .map_err(|error| InputError::Other(format!("`{file}` cannot be used: {error}")))?;
    let mut datasets = options.dataset.clone();
    if let Some(path) = &options.datasets {
        datasets.extend(datasets::read(path)?);
    }
    let matrix = Matrix::build(options, &details, datasets)?;
    let text = match options.format {
        MatrixFormat::Table => table::text(&matrix),
        MatrixFormat::Json => format!("{:#}\n", json::value(&matrix)),
        MatrixFormat::Html => page::html(&matrix),
    };
    let mut output = CommandOutput::new(text, matrix.excess() == 0);
    if let Some(path) = &options.output {
        let text = std::mem::take(&mut output.text);
        std::fs::write(path, text).map_err(|error| {
            InputError::Other(format!("`{}` cannot be written: {error}", path.display()))
        })?;
        output.notes.push(matrix.summary());
    }
    Ok(output)
}
