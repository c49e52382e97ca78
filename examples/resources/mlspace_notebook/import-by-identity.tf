import {
  to = mlspace_notebook.alice
  identity = {
    name = "alice-fraud"
  }
}
