// The verifier of the product's documentation, word for word between the two marks, fed with a raw request:
// {"headers": {…}, "body": base64} on standard input. Prints the status that the endpoint would answer.
import crypto from "crypto"

async function endpoint(req) {
// --- from the documentation
const signature = req.headers["x-eal-signature"]
const timestamp = req.headers["x-eal-timestamp"]
const body = await req.text() // raw body

const expected = crypto
  .createHmac("sha256", process.env.EAL_WEBHOOK_SECRET)
  .update(`${timestamp}.${body}`)
  .digest("hex")

if (signature !== expected) {
  return new Response("invalid signature", { status: 401 })
}
// ---
return new Response("ok", { status: 200 })
}

const chunks = []
for await (const chunk of process.stdin) chunks.push(chunk)
const { headers, body } = JSON.parse(Buffer.concat(chunks).toString("utf8"))
const raw = Buffer.from(body, "base64")
const answer = await endpoint({ headers, text: async () => raw.toString("utf8") })
console.log(answer.status)
