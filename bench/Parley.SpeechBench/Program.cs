using System.Globalization;
using Parley.SpeechBench;

// frames                cost of each detector per 20 ms frame
// interrupt [ROUNDS]    Interrupt called → last audible packet
// barge [ROUNDS]        first packet of a voice → last audible packet, beyond the speech padding
// reply [ROUNDS]        final text → first audible packet
// load [CALLS] [SECONDS] bots that listen, speak and are recorded: how late their packets leave, processor and memory per call
var number = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 0;
switch (args.Length > 0 ? args[0] : "")
{
    case "frames":
        Frames.Measure();
        return 0;
    case "interrupt":
        await Latency.InterruptAsync(number == 0 ? 500 : number);
        return 0;
    case "barge":
        await Latency.BargeInAsync(number == 0 ? 200 : number);
        return 0;
    case "reply":
        await Latency.ReplyAsync(number == 0 ? 500 : number);
        return 0;
    case "load":
        await Load.MeasureAsync(number == 0 ? 500 : number, args.Length > 2 ? int.Parse(args[2], CultureInfo.InvariantCulture) : 20);
        return 0;
    default:
        Console.Error.WriteLine("usage: frames | interrupt [ROUNDS] | barge [ROUNDS] | reply [ROUNDS] | load [CALLS] [SECONDS]");
        return 2;
}
