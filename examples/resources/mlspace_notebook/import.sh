# The id of a notebook is its name.
terraform import mlspace_notebook.alice fraud-alice
