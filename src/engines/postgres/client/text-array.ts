/** Reads an array of texts as the server writes it, `{plain,"with \"quotes\""}`; it holds no nulls. */
export function parseTextArray(text: string): string[] {
  const items: string[] = [];
  for (let index = 1; index < text.length - 1; index += 1) {
    if (text[index] === '"') {
      const end = endOfQuoted(text, index + 1);
      items.push(text.slice(index + 1, end).replace(/\\(.)/gs, "$1"));
      index = end + 1;
    } else {
      const comma = text.indexOf(",", index);
      const end = comma === -1 ? text.length - 1 : comma;
      items.push(text.slice(index, end));
      index = end;
    }
  }
  return items;
}

function endOfQuoted(text: string, from: number): number {
  let index = from;
  while (text[index] !== '"') index += text[index] === "\\" ? 2 : 1;
  return index;
}
