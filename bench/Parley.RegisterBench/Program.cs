// Usage: Parley.RegisterBench serve [--port 5060] [--store memory|sqlite:FILE|postgres:CONNECTION] [--auth none|digest] [--users 10000]
//          serves REGISTER for users u0, u1, … (password "secret") of 127.0.0.1; prints requests and CPU time per second; SIGINT prints the totals
//        Parley.RegisterBench memory [--users 100000]
//          bytes on the heap for each binding
//        Parley.RegisterBench pauses [--users 100000]
//          the longest turns of a signalling lane while that many bindings are loaded from SQLite, and while all of them end in one second
using Parley.RegisterBench;

var options = Options.Read(args);
await (args.FirstOrDefault() switch
{
    "serve" => Serving.RunAsync(options),
    "memory" => Memory.RunAsync(options),
    "pauses" => Pauses.RunAsync(options),
    _ => throw new ArgumentException("serve, memory or pauses"),
});
