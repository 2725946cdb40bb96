// Usage: Parley.TestingBench agents [--agents 500] [--encryption srtp]
//          registers so many agents at a local server in the same process, connects half of them with the other half, checks audio both ways in every call, hangs up; says how long each step took
//        Parley.TestingBench tone [--times 20]
//          the time from telling one agent to send a tone to the other's finding it
//        Parley.TestingBench srtp
//          nanoseconds to encrypt, and to check and decrypt, a packet of 20 ms of G.711, for each suite
using Parley.TestingBench;

var options = Options.Read(args);
await (args.FirstOrDefault() switch
{
    "agents" => ManyAgents.RunAsync(options),
    "tone" => Tones.RunAsync(options),
    "srtp" => Encrypting.RunAsync(),
    _ => throw new ArgumentException("agents, tone or srtp"),
});
