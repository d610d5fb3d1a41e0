/** One column of a table. */
export interface Column {
  readonly title: string
  /** `decimal` lines numbers up on their decimal point. Default left. */
  readonly align?: 'left' | 'right' | 'decimal'
  /** How soon the column goes when the terminal is too narrow: the highest first; 0 and absent stay. */
  readonly expendable?: number
  /** The fewest columns of the terminal its text may be cut to; absent: never cut. */
  readonly shrinkTo?: number
}

/** One cell: its raw text (the table escapes it for each format), and how to paint it on a terminal. */
export type Cell = string | { readonly text: string; readonly paint?: ((text: string) => string) | undefined }

/** What a table needs to know of the terminal. */
export interface TableOptions {
  /** Columns of the terminal; absent: as wide as it gets. */
  readonly width?: number
  readonly colors?: { readonly bold: (text: string) => string }
}
