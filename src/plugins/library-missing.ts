import fp from 'fastify-plugin'
import { CodedError, type ErrorCode, toReason } from '../errors.ts'

const misleading: ReadonlySet<ErrorCode> = new Set(['FOLDER_NOT_FOUND', 'TRACK_NOT_FOUND', 'LIBRARY_SCANNING'])

/** While the library is not available nothing is found in it: who asks is told that, not that it is not there, and would take it for deleted. */
export const libraryMissing = fp(
  async app => {
    const { guard } = app.service
    app.setErrorHandler(async error => {
      const reason = misleading.has(toReason(error).code) ? await guard.check() : null
      throw reason ? new CodedError(reason.code, reason.detail) : error
    })
  },
  { name: 'library-missing' },
)
