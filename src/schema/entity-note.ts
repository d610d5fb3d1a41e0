import type { Entity, EntityKind } from '../domain/entity.ts'
import { readNoteDocuments, type NoteDocuments } from './note-documents.ts'

/** Reads the note of an experiment or a registered model. Never throws, and drops nothing. */
export function decodeEntityNote(kind: EntityKind, text: string): NoteDocuments<Entity> {
  return readNoteDocuments<Entity>(kind, text)
}
