// Usage: Parley.EventBench [--subscribers 10000] [--changes 5] [--calls 200]
//        Parley.EventBench serve [--port 22060]
// Starts its server on core 0 and loads it from core 1 (taskset): so many subscriptions to one presence, then changes of it, with so many calls a second beside
// them. Prints how long a change took from the first NOTIFY to the last, and how long calls waited for their answers meanwhile and without.
using System.Diagnostics;
using System.Globalization;
using Parley.EventBench;

if (args is ["serve", ..])
{
    await Server.RunAsync(Option("--port", 22060));
    return;
}

const int Port = 22060;
string[] self = Path.GetFileNameWithoutExtension(Environment.ProcessPath!) == "dotnet" ? [Environment.ProcessPath!, typeof(Load).Assembly.Location] : [Environment.ProcessPath!];
using var server = Start("taskset", ["-c", "0", .. self, "serve", "--port", Port.ToString(CultureInfo.InvariantCulture)]);
Pin(1);
try
{
    Console.WriteLine(server.StandardOutput.ReadLine());
    using var load = new Load(Port, server.Id);
    load.Run(Option("--subscribers", 10_000), Option("--changes", 5), Option("--calls", 200), Ask);
}
finally
{
    server.StandardInput.Close();
    server.WaitForExit(5000);
    Console.WriteLine(server.StandardOutput.ReadToEnd());
}

long Ask(string what)
{
    server.StandardInput.WriteLine(what);
    return long.Parse(server.StandardOutput.ReadLine()!, CultureInfo.InvariantCulture);
}

int Option(string name, int fallback)
{
    var at = Array.IndexOf(args, name);
    return at >= 0 && at + 1 < args.Length ? int.Parse(args[at + 1], CultureInfo.InvariantCulture) : fallback;
}

static Process Start(string program, params string[] arguments)
{
    var info = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardInput = true };
    return Process.Start(info) ?? throw new InvalidOperationException($"{program} did not start");
}

static void Pin(int core)
{
    using var self = Process.GetCurrentProcess();
    if (OperatingSystem.IsLinux())
        self.ProcessorAffinity = 1 << core;
}
