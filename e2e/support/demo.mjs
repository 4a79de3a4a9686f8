// `whypaid demo` as the terminal shows it.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const BINARY = process.env.WHYPAID_BIN ?? fileURLToPath(new URL("../../target/debug/whypaid", import.meta.url));

/** `whypaid demo` on free ports, in which nobody but us does anything. */
export class Demo {
  static async start() {
    const demo = new Demo();
    const args = ["demo", "--listen", "127.0.0.1:0", "--pace", "600"];
    const env = { PATH: process.env.PATH };
    demo.process = spawn(BINARY, args, { env, stdio: ["ignore", "pipe", "inherit"] });
    demo.links = {};
    const lines = createInterface({ input: demo.process.stdout });
    const welcomed = new Promise((resolve) => {
      lines.on("line", (line) => {
        const [, name, link] = line.match(/^ {2}(Seller|Client|Stripe) +(http\S+)$/) ?? [];
        if (name) demo.links[name] = link;
        if (line.startsWith("Ctrl-C")) resolve();
      });
      lines.on("close", resolve);
    });
    await welcomed;
    return demo;
  }

  async stop() {
    const ended = once(this.process, "exit");
    this.process.kill("SIGTERM");
    await ended;
  }
}
