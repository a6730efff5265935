/** Gives a person a file that is already here. */
export function saveBlob(blob, name) {
  const link = document.createElement('a');
  // Whatever it says it is: it is saved, and never opened as a page of ours.
  link.href = URL.createObjectURL(new Blob([blob], { type: 'application/octet-stream' }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
