/** The `.gitmodel.yaml` that `git model init` writes. It says what can be said, and decides nothing unusual. */
export const STARTER_CONFIG = `# What git-model knows of this repository. Track this file: it is meant for everybody who works here.
# Every part is optional. "git model doctor" says where a line is wrong.

# Models that have a name: a file or a folder each.
# card: required (a commit that changes the weights asks for one), warn (the default) or off.
# fields and license: what the card must say for "git model diff --gate" to pass.
#
# models:
#   digits: {path: models/digits.safetensors, card: required, license: [mit, apache-2.0]}

# Metrics: which direction is better, which one ranks runs, and what "git model diff --gate" lets pass.
# tolerance: allowed worsening, absolute (0.002) or relative ("1%"); min and max: absolute bounds.
#
# metrics:
#   val/acc: {goal: max, primary: true, tolerance: 0.002}
#   val/loss: {goal: min}
#   latency_ms: {goal: min, max: 50}

weights:
  # Which files are weights is said in .gitattributes: git model weights track "*.bin"
  # A larger binary outside Git LFS stops a commit.
  largest: 5 MB
  # Files that run code when they are loaded (pickle, PyTorch): allow, warn or deny.
  pickle: warn

# Which files the snapshot of a run takes. default: tracked files, and small new text files that look like no secret.
# Others: all, tracked, none.
snapshot: default

# What "git push" does when the runs and cards cannot be pushed along: warn, block, or off (do not try).
# prefix: for hosts that refuse refs/notes or refs/model, for instance refs/heads/git-model; then: git model init
sync: {push: warn}
`
