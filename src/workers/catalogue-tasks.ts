import { workerData } from 'piscina'
import { openCatalogue } from '../catalogue/database.ts'
import { createSums, type Sum, type SumCount, type SumStage, type SumsToDo } from '../catalogue/duplicates/sums.ts'
import { createDuplicates, type FoundPage } from '../catalogue/duplicates.ts'
import { createListing, type ListPage, type ListRequest } from '../catalogue/listing.ts'
import { createChecking, type Left } from '../catalogue/problems/checking.ts'
import { createPages, type KindCount, type ProblemPage, type ProblemRequest } from '../catalogue/problems/pages.ts'
import { hasBit } from '../catalogue/query/bits.ts'
import { findTracks, prepareSearch } from '../catalogue/query/match.ts'
import { parseQuery } from '../catalogue/query/parse.ts'
import { type CatalogueCounts, createStore } from '../catalogue/store.ts'
import { createValueList, type ValuePage, type ValueRequest } from '../catalogue/value-list.ts'
import type { WalkDiff } from '../catalogue/walks.ts'
import type { KnownFolder } from '../library/browse.ts'
import type { LibraryPath } from '../library/paths.ts'
import type { PackedAnswers, TrackReading } from '../library/reading.ts'
import type { Written } from '../library/refreshing.ts'
import type { WalkedFolder } from '../library/walk.ts'
import type { DuplicateKind } from '../schemas/duplicate.ts'
import { type Answer, answer } from './answer.ts'

/* What runs in the catalogue's thread: all work on its database. Inputs and outputs are plain data. */

/** What the thread is given. */
export interface CatalogueThreadData {
  readonly stateDir: string | null
  readonly root: Uint8Array
  /** Set where an earlier database failed: this one has nothing to do with any disk. */
  readonly inMemory: boolean
}

const { stateDir, root, inMemory } = workerData as CatalogueThreadData
const rootBytes = Buffer.from(root)
const { database, durable, warning } = openCatalogue(inMemory ? ':memory:' : stateDir, rootBytes.toString('latin1'))
const store = createStore(database, rootBytes)
const listing = createListing(
  database,
  () => store.generation,
  q => {
    const found = findTracks(database, parseQuery(q), Date.now())
    return { has: id => hasBit(found, id) }
  },
)
const listValues = createValueList(database, () => store.generation)
const duplicates = createDuplicates(database, () => store.generation)
const sums = createSums(database, duplicates.changed)

const checking = createChecking(database, () => store.generation)
const problemPages = createPages(database)

/** Does work that reads values: what waits to be written with more of its kind is written before. */
const reading = <T>(work: () => T): Promise<Answer<T>> =>
  answer(() => {
    store.flush()
    return work()
  })

/** How the catalogue was found when it was opened. */
export interface Opened {
  readonly durable: boolean
  readonly warning: string | null
  readonly complete: boolean
  readonly counts: CatalogueCounts
}
export const opened = (): Promise<Answer<Opened>> =>
  answer(() => ({ durable, warning, complete: store.isComplete(), counts: store.counts() }))

/** A scan came to its end: the first search is not to wait for what can be made ready now. */
export const completed = (): Promise<Answer<void>> =>
  reading(() => {
    store.complete()
    prepareSearch(database)
  })

/** How much is known; what was written of late is saved with it. */
export const counts = (): Promise<Answer<CatalogueCounts>> =>
  answer(() => {
    store.save()
    return store.counts()
  })

export const walked = (folders: readonly WalkedFolder[]): Promise<Answer<WalkDiff>> =>
  answer(() => store.walked(folders))

export const storeReadings = (readings: readonly TrackReading[]): Promise<Answer<void>> =>
  answer(() => store.store(readings))

/** Stores what `packAnswers` made; how many of the tracks were lost. */
export const storePacked = ({ packed }: { packed: string }): Promise<Answer<number>> =>
  answer(() => {
    const { readings, lost: gone } = JSON.parse(packed) as PackedAnswers
    store.store(readings)
    if (gone.length > 0) store.lost(gone)
    return gone.length
  })

export const lost = (paths: readonly LibraryPath[]): Promise<Answer<void>> => answer(() => store.lost(paths))

export const unread = ({ limit }: { limit: number }): Promise<Answer<LibraryPath[]>> =>
  answer(() => store.unread(limit))

export const forgetMissing = ({ since }: { since: number }): Promise<Answer<LibraryPath[]>> =>
  answer(() => store.forgetMissing(since))

export const missingFolders = ({ since }: { since: number }): Promise<Answer<LibraryPath[]>> =>
  answer(() => store.missingFolders(since))

/** The folders in a folder that were walked, with what they held then. */
export const children = ({ path }: { path: LibraryPath }): Promise<Answer<KnownFolder[]>> =>
  answer(() => store.children(path))

export const noted = (written: Written): Promise<Answer<void>> => answer(() => store.noted(written))

/** A page of a list. Throws QUERY_INVALID and BAD_REQUEST. */
export const page = (input: {
  request: ListRequest
  limit: number
  cursor: string | null
}): Promise<Answer<ListPage>> => reading(() => listing.page(input.request, input.limit, input.cursor))

/** A page of the distinct values of a field. Throws BAD_REQUEST. */
export const values = (input: {
  request: ValueRequest
  limit: number
  cursor: string | null
}): Promise<Answer<ValuePage>> => reading(() => listValues(input.request, input.limit, input.cursor))

/** The paths of all tracks of a list. */
export const paths = (request: ListRequest): Promise<Answer<LibraryPath[]>> => reading(() => listing.paths(request))

/** Looks for duplicates for a while; whether all is looked at. */
export const findDuplicates = ({
  by,
  continued,
}: {
  by: DuplicateKind
  continued: boolean
}): Promise<Answer<boolean>> => reading(() => duplicates.step(by, continued))

/** A page of the duplicates that were found. Throws BAD_REQUEST. */
export const duplicatePage = (input: {
  by: DuplicateKind
  limit: number
  cursor: string | null
}): Promise<Answer<FoundPage>> => reading(() => duplicates.page(input.by, input.limit, input.cursor))

export const countSums = ({ stage, after }: { stage: SumStage; after: number }): Promise<Answer<SumCount>> =>
  answer(() => sums.count(stage, after))

export const sumsToDo = ({ stage, after }: { stage: SumStage; after: number }): Promise<Answer<SumsToDo>> =>
  answer(() => sums.todo(stage, after))

export const storeSums = (stored: { stage: SumStage; sums: readonly Sum[] }): Promise<Answer<void>> =>
  answer(() => sums.store(stored.stage, stored.sums))

/** Our own change of a track's tags: the sum of its audio holds. */
export const carrySum = (edit: {
  paths: readonly LibraryPath[]
  before: string
  after: string
}): Promise<Answer<void>> => answer(() => sums.carry(edit.paths, edit.before, edit.after))

export const retrySums = (): Promise<Answer<void>> => answer(() => sums.retry())

/** The sums are as complete as they can be now. */
export const summed = (): Promise<Answer<void>> => answer(() => duplicates.forget())

/** Looks for problems for about `budget` ms; what is left to be looked through then. */
export const checkProblems = ({ budget }: { budget: number }): Promise<Answer<Left>> =>
  reading(() => checking.step(budget))

export const problemCounts = (): Promise<Answer<{ counts: KindCount[]; checked: boolean }>> =>
  reading(() => ({ counts: problemPages.counts(), checked: checking.left() === 'nothing' }))

/** A page of the tracks with one kind of problem. Throws PROBLEM_KIND_NOT_FOUND and BAD_REQUEST. */
export const problemPage = (request: ProblemRequest): Promise<Answer<ProblemPage & { checked: boolean }>> =>
  reading(() => ({ ...problemPages.page(request), checked: checking.left() === 'nothing' }))

export const close = (): Promise<Answer<void>> =>
  answer(() => {
    store.save()
    database.close()
  })
