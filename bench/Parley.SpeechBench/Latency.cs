using System.Diagnostics;
using Parley.BenchSupport;
using Parley.Speech;

namespace Parley.SpeechBench;

/// <summary>How soon a bot falls silent, and how soon it answers, seen on the wire.</summary>
internal static class Latency
{
    private const int Calls = 20;
    private static readonly string s_long = new('x', 600); // a minute

    public static async Task InterruptAsync(int rounds)
    {
        await using var rig = new Rig(Calls);
        await Rounds.MeasureAsync("Interrupt to the last audible packet", rounds, rig.Lines, async (line, _) =>
        {
            await SpeakAsync(line);
            await Rounds.AnywhereAsync();
            var began = Stopwatch.GetTimestamp();
            line.Chain.Player.Interrupt();
            await Task.Delay(120);
            return Math.Max(0, Rounds.Milliseconds(began, line.LastAudible));
        });
    }

    public static async Task BargeInAsync(int rounds)
    {
        await using var rig = new Rig(Calls, line => line.Chain.Events.Observe(happened =>
        {
            if (happened is SpeechStarted)
                line.Chain.Player.Interrupt();
        }));
        await Task.Delay(2000); // the noise floor is learnt
        await Rounds.MeasureAsync("first packet of a voice to the last audible packet, beyond the padding of 250 ms", rounds, rig.Lines, async (line, _) =>
        {
            await SpeakAsync(line);
            await Rounds.AnywhereAsync();
            return await line.SpeakOverAsync();
        });
    }

    public static async Task ReplyAsync(int rounds)
    {
        await using var rig = new Rig(Calls, line => line.Chain.Events.Observe(happened =>
        {
            if (happened is TextRecognised { IsFinal: true } text)
                line.Chain.Player.Speak(new() { Text = text.Text, PlayId = text.Text, EndOfStream = true });
        }));
        await Task.Delay(500);
        await Rounds.MeasureAsync("final text to the first audible packet", rounds, rig.Lines, async (line, number) =>
        {
            await Rounds.AnywhereAsync();
            line.FirstAudible = 0;
            var began = Stopwatch.GetTimestamp();
            line.Recogniser.Say($"text {number}");
            await line.AudibleAsync();
            var time = Rounds.Milliseconds(began, line.FirstAudible);
            line.Chain.Player.Interrupt();
            await Task.Delay(60);
            return time;
        });
    }

    private static Task SpeakAsync(Line line)
    {
        line.FirstAudible = 0;
        line.Chain.Player.Speak(new() { Text = s_long, PlayId = Guid.NewGuid().ToString() });
        return line.AudibleAsync();
    }
}
