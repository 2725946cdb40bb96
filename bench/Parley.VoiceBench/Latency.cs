using System.Diagnostics;
using Parley.Client.Voice;
using Parley.Contracts.Voice.Events;

namespace Parley.VoiceBench;

/// <summary>How soon a program, or a bot, makes a call silent, and how soon it answers.</summary>
internal static class Latency
{
    private const int Calls = 20;
    private const int WarmUp = 20;
    private const double Padding = 250;
    private static readonly string Long = new('x', 600); // a minute

    public static async Task InterruptAsync(int rounds)
    {
        await using var rig = await StartAsync(null);
        var times = new List<double>();
        for (var i = -WarmUp; i < rounds; i++)
        {
            var line = rig.Lines[Math.Abs(i) % Calls];
            await SpeakAsync(line);
            await Task.Delay(Random.Shared.Next(20));
            var began = Stopwatch.GetTimestamp();
            await line.Client.InterruptAsync();
            await Task.Delay(150);
            if (i >= 0)
                times.Add(Math.Max(0, Milliseconds(began, line.LastAudible)));
        }

        Report("the program's interrupt to the last audible packet", times);
    }

    public static async Task BargeInAsync(int rounds)
    {
        await using var rig = await StartAsync((client, happened) =>
        {
            if (happened is SpeakingEvent)
                _ = client.InterruptAsync();
        });
        await Task.Delay(2000); // the noise floor is learnt
        var times = new List<double>();
        for (var i = -WarmUp; i < rounds; i++)
        {
            var line = rig.Lines[Math.Abs(i) % Calls];
            await SpeakAsync(line);
            var beyond = await BargeInAsync(line);
            if (i >= 0)
                times.Add(beyond);
        }

        Report("first packet of a voice to the last audible packet (program interrupts at speaking), beyond the padding", times);
    }

    public static async Task BotAsync(int rounds)
    {
        await using var rig = await Rig.StartAsync(Long.Length);
        var times = new List<double>();
        for (var batch = -1; batch * Calls < rounds; batch++)
        {
            var lines = new List<Line>();
            for (var i = 0; i < Calls; i++)
                lines.Add(await rig.CallAsync(bot: true));
            await Task.Delay(2000);
            foreach (var line in lines)
            {
                var beyond = await BargeInAsync(line);
                if (batch >= 0 && times.Count < rounds)
                    times.Add(beyond);
                await line.Client.HangUpAsync();
            }
        }

        Report("first packet of a voice to the last audible packet (the bot's own barge-in), beyond the padding", times);
    }

    public static async Task ReplyAsync(int rounds)
    {
        await using var rig = await StartAsync((client, happened) =>
        {
            if (happened is AsrFinalEvent text)
                _ = client.SpeakAsync(text.Text!, text.Text);
        });
        await Task.Delay(500);
        var times = new List<double>();
        for (var i = -WarmUp; i < rounds; i++)
        {
            var line = rig.Lines[Math.Abs(i) % Calls];
            await Task.Delay(Random.Shared.Next(20));
            line.FirstAudible = 0;
            var began = Stopwatch.GetTimestamp();
            line.Recogniser.Say($"text {i}");
            await HeardAsync(line);
            if (i >= 0)
                times.Add(Milliseconds(began, line.FirstAudible));
            await line.Client.InterruptAsync();
            await Task.Delay(80);
        }

        Report("final text to the first audible packet, through the program", times);
    }

    private static async Task<Rig> StartAsync(Action<VoiceClient, VoiceEvent>? onEvent)
    {
        var rig = await Rig.StartAsync();
        for (var i = 0; i < Calls; i++)
            await rig.CallAsync(onEvent: onEvent);
        return rig;
    }

    private static async Task<double> BargeInAsync(Line line)
    {
        await Task.Delay(Random.Shared.Next(20));
        line.SpokeAt = 0;
        line.Speaks = true;
        await Task.Delay(450);
        line.Speaks = false;
        var beyond = Milliseconds(line.SpokeAt, line.LastAudible) - Padding;
        await Task.Delay(250); // the end of speech is told before the next one begins
        return beyond;
    }

    private static async Task SpeakAsync(Line line)
    {
        line.FirstAudible = 0;
        await line.Client.SpeakAsync(Long, Guid.NewGuid().ToString());
        await HeardAsync(line);
    }

    private static async Task HeardAsync(Line line)
    {
        var waited = Stopwatch.StartNew();
        while (line.FirstAudible == 0)
        {
            if (waited.Elapsed > TimeSpan.FromSeconds(10))
                throw new TimeoutException($"Nothing is heard on {line.Name}.");
            await Task.Delay(5);
        }
    }

    private static double Milliseconds(long from, long to) => Stopwatch.GetElapsedTime(from, to).TotalMilliseconds;

    private static void Report(string what, List<double> times)
    {
        times.Sort();
        Console.WriteLine(FormattableString.Invariant(
            $"{what}: {times.Count} times, p50 {times[times.Count / 2]:F1} ms, p90 {times[times.Count * 9 / 10]:F1} ms, p99 {times[times.Count * 99 / 100]:F1} ms, max {times[^1]:F1} ms"));
    }
}
