import {
  to = mlspace_external_location.lake
  id = "lake"
}
