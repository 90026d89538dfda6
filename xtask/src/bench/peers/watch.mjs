// The peer of the suite `watch`: an ordinary event server. GET /live stays open; POST / is told to everybody at once.
import http from "node:http";

const open = new Set();
const server = http.createServer((request, response) => {
  if (request.method === "GET") {
    response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache" });
    response.write(": hello\n\n");
    open.add(response);
    response.on("close", () => open.delete(response));
    return;
  }
  let body = "";
  request.on("data", (piece) => { body += piece; });
  request.on("end", () => {
    response.end();
    const text = `event: message\ndata: ${body}\n\n`;
    for (const each of open) each.write(text);
  });
});
server.listen(0, "127.0.0.1", () => console.log(`127.0.0.1:${server.address().port}`));
