//! `access`: who may do what on whose data, by what is attached in an account.

mod as_json;
mod datasets;
mod matrix;
mod page;
mod table;

use mlspace_core::access::AccountDetails;

use crate::arguments::{Access, MatrixFormat};
use crate::input::{self, InputError};
use crate::output::Answer;
use matrix::Matrix;

pub(crate) fn run(options: &Access) -> Result<Answer, InputError> {
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
        MatrixFormat::Json => format!("{:#}\n", as_json::value(&matrix)),
        MatrixFormat::Html => page::html(&matrix),
    };
    let mut answer = Answer::new(text, matrix.beyond() == 0);
    if let Some(path) = &options.output {
        let text = std::mem::take(&mut answer.text);
        std::fs::write(path, text).map_err(|error| {
            InputError::Other(format!("`{}` cannot be written: {error}", path.display()))
        })?;
        answer.notes.push(matrix.summary());
    }
    Ok(answer)
}
