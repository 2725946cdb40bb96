using System.Diagnostics;
using Parley.Speech;

namespace Parley.SpeechBench;

/// <summary>How soon a bot falls silent, and how soon it answers, seen on the wire.</summary>
internal static class Latency
{
    private const int Calls = 20;
    private const int WarmUp = 40;
    private static readonly string s_long = new('x', 600); // a minute

    public static async Task InterruptAsync(int rounds)
    {
        await using var rig = new Rig(Calls);
        var times = new List<double>();
        for (var i = -WarmUp; i < rounds; i++)
        {
            var line = rig.Lines[Math.Abs(i) % Calls];
            await SpeakAsync(line);
            await Task.Delay(Random.Shared.Next(20));
            var began = Stopwatch.GetTimestamp();
            line.Chain.Player.Interrupt();
            await Task.Delay(120);
            if (i >= 0) times.Add(Math.Max(0, Milliseconds(began, line.LastAudible)));
        }

        Report("Interrupt to the last audible packet", times);
    }

    public static async Task BargeInAsync(int rounds)
    {
        await using var rig = new Rig(Calls, line => line.Chain.Events.Observe(happened =>
        {
            if (happened is SpeechStarted) line.Chain.Player.Interrupt();
        }));
        await Task.Delay(2000); // the noise floor is learnt
        var times = new List<double>();
        for (var i = -WarmUp / 4; i < rounds; i++)
        {
            var line = rig.Lines[Math.Abs(i) % Calls];
            await SpeakAsync(line);
            await Task.Delay(Random.Shared.Next(20));
            line.SpokeAt = 0;
            line.Speaks = true;
            await Task.Delay(450);
            line.Speaks = false;
            var beyond = Milliseconds(line.SpokeAt, line.LastAudible) - 250;
            if (i >= 0) times.Add(beyond);
            await Task.Delay(200);
        }

        Report("first packet of a voice to the last audible packet, beyond the padding of 250 ms", times);
    }

    public static async Task ReplyAsync(int rounds)
    {
        await using var rig = new Rig(Calls, line => line.Chain.Events.Observe(happened =>
        {
            if (happened is TextRecognised { IsFinal: true } text) line.Chain.Player.Speak(new() { Text = text.Text, PlayId = text.Text, EndOfStream = true });
        }));
        await Task.Delay(500);
        var times = new List<double>();
        for (var i = -WarmUp; i < rounds; i++)
        {
            var line = rig.Lines[Math.Abs(i) % Calls];
            await Task.Delay(Random.Shared.Next(20));
            line.FirstAudible = 0;
            var began = Stopwatch.GetTimestamp();
            line.Recogniser.Say($"text {i}");
            var deadline = Stopwatch.StartNew();
            while (line.FirstAudible == 0 && deadline.ElapsedMilliseconds < 2000) await Task.Delay(5);
            if (i >= 0) times.Add(Milliseconds(began, line.FirstAudible));
            line.Chain.Player.Interrupt();
            await Task.Delay(60);
        }

        Report("final text to the first audible packet", times);
    }

    private static async Task SpeakAsync(Line line)
    {
        line.FirstAudible = 0;
        line.Chain.Player.Speak(new() { Text = s_long, PlayId = Guid.NewGuid().ToString() });
        while (line.FirstAudible == 0) await Task.Delay(5);
    }

    private static double Milliseconds(long from, long to) => Stopwatch.GetElapsedTime(from, to).TotalMilliseconds;

    private static void Report(string what, List<double> times)
    {
        times.Sort();
        Console.WriteLine(FormattableString.Invariant(
            $"{what}: {times.Count} times, p50 {times[times.Count / 2]:F1} ms, p90 {times[times.Count * 9 / 10]:F1} ms, p99 {times[times.Count * 99 / 100]:F1} ms, max {times[^1]:F1} ms"));
    }
}
