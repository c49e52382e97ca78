import {
  to = mlspace_studio_space.alice
  id = "d-0123456789ab/alice-lab"
}
