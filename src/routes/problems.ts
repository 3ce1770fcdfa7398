import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { rules } from '../catalogue/problems/rules.ts'
import { parsePath } from '../library/paths.ts'
import { ProblemKinds, ProblemParams, ProblemsQuery, TrackProblemPage } from '../schemas/problem-kind.ts'

export const problemRoutes: FastifyPluginAsyncTypebox = async app => {
  const { library, problems } = app.service

  app.get('/problems', { schema: { response: { 200: ProblemKinds } } }, async () => {
    const { counts, complete } = await problems.counts()
    const byKind = new Map(counts.map(count => [count.kind, count]))
    const items = rules.map(({ kind, label, explanation, server }) => ({
      kind,
      label,
      explanation,
      ...(server ? { server } : {}),
      tracks: byKind.get(kind)?.tracks ?? 0,
      mendable: byKind.get(kind)?.mendable ?? 0,
    }))
    return { items, complete }
  })

  app.get(
    '/problems/:kind',
    { schema: { params: ProblemParams, querystring: ProblemsQuery, response: { 200: TrackProblemPage } } },
    async ({ params, query }) => {
      const path = parsePath(query.path ?? '')
      const { kind } = params
      // A misspelt folder would look like one without problems.
      if (path !== '') await library.folder(path)
      const page = await problems.page({ kind, path, limit: query.limit ?? 500, cursor: query.cursor ?? null })
      return {
        ...page,
        items: page.items.map(({ edits, ...item }) => ({ ...item, edits: [...edits] })),
      }
    },
  )
}
