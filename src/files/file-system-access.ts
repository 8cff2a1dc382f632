/**
 * The parts of the File System Access API that TypeScript's DOM library does not declare.
 * Every use of them is in this folder; a browser without them is told what it lacks.
 */
export interface PermissionRequest {
  readonly mode: 'read' | 'readwrite'
}

declare global {
  interface Window {
    showDirectoryPicker?: (options?: {
      readonly mode?: 'read' | 'readwrite'
      readonly id?: string
    }) => Promise<FileSystemDirectoryHandle>
  }
  interface FileSystemHandle {
    queryPermission?: (request: PermissionRequest) => Promise<PermissionState>
    requestPermission?: (request: PermissionRequest) => Promise<PermissionState>
  }
  interface DataTransferItem {
    getAsFileSystemHandle?: () => Promise<FileSystemHandle | null>
  }
}

/** True where folders can be picked: Chrome, Edge and their kin. */
export function canPickFolders(): boolean {
  return typeof window.showDirectoryPicker === 'function'
}
