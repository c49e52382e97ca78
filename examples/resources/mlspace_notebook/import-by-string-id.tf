import {
  to = mlspace_notebook.alice
  id = "fraud-alice"
}
