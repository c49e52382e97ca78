import {
  to = mlspace_notebook.alice
  id = "alice-fraud"
}
