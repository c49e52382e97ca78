import {
  to = mlspace_notebook.alice
  identity = {
    name = "fraud-alice"
  }
}
