import {
  to = mlspace_external_location.lake
  identity = {
    name = "lake"
  }
}
