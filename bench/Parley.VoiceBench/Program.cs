// Usage: Parley.VoiceBench barge|bot|interrupt|reply [ROUNDS] | load [CALLS] [SECONDS]
// A real server of voice agents (VoiceSurface on its host and user agent), real programs at its sockets, phones at signalling level with one RTP socket; all in this process.
// Recogniser and synthesiser are scripted without delay. Times are seen in the packets of the far end.
// barge:     first packet of a voice → last audible packet, beyond the speech padding of 250 ms; the program sends `interrupt` at `speaking`
// bot:       the same with a bot of the server's that listens for voices itself
// interrupt: the program sends `interrupt` → last audible packet
// reply:     final text of the recogniser → `asrFinal` → the program's `tts` → first audible packet
// load:      CALLS (500) bot calls that listen, speak and are recorded for SECONDS (20): how late their packets leave, processor and memory per call
using System.Globalization;
using Parley.VoiceBench;

var number = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 0;
Console.WriteLine($"load average {(File.Exists("/proc/loadavg") ? File.ReadAllText("/proc/loadavg").Trim() : "unknown")}");
switch (args.FirstOrDefault())
{
    case "barge":
        await Latency.BargeInAsync(number == 0 ? 200 : number);
        return 0;
    case "bot":
        await Latency.BotAsync(number == 0 ? 200 : number);
        return 0;
    case "interrupt":
        await Latency.InterruptAsync(number == 0 ? 300 : number);
        return 0;
    case "reply":
        await Latency.ReplyAsync(number == 0 ? 300 : number);
        return 0;
    case "load":
        await Load.MeasureAsync(number == 0 ? 500 : number, args.Length > 2 ? int.Parse(args[2], CultureInfo.InvariantCulture) : 20);
        return 0;
    default:
        Console.Error.WriteLine("usage: Parley.VoiceBench barge|bot|interrupt|reply [ROUNDS] | load [CALLS] [SECONDS]");
        return 2;
}
