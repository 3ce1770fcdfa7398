/** The most that a query may be, in UTF-16 code units. */
export const longestQuery = 2000
