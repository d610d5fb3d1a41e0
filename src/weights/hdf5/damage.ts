/** An HDF5 file that is not in order, or of a kind that is not read here. The message says why. */
export class Hdf5Damage extends Error {
  override readonly name = 'Hdf5Damage'
}
