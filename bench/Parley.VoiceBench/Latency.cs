using System.Diagnostics;
using Parley.BenchSupport;
using Parley.Client.Voice;
using Parley.Contracts.Voice.Events;

namespace Parley.VoiceBench;

/// <summary>How soon a program, or a bot, makes a call silent, and how soon it answers.</summary>
internal static class Latency
{
    private const int Calls = 20;
    private static readonly string s_long = new('x', 600); // a minute

    public static async Task InterruptAsync(int rounds)
    {
        await using var rig = await StartAsync(null);
        await Rounds.MeasureAsync("the program's interrupt to the last audible packet", rounds, rig.Lines, async (line, _) =>
        {
            await SpeakAsync(line);
            await Rounds.AnywhereAsync();
            var began = Stopwatch.GetTimestamp();
            await line.Client.InterruptAsync();
            await Task.Delay(150);
            return Math.Max(0, Rounds.Milliseconds(began, line.LastAudible));
        });
    }

    public static async Task BargeInAsync(int rounds)
    {
        await using var rig = await StartAsync((client, happened) =>
        {
            if (happened is SpeakingEvent)
                _ = client.InterruptAsync();
        });
        await Task.Delay(2000); // the noise floor is learnt
        await Rounds.MeasureAsync("first packet of a voice to the last audible packet (program interrupts at speaking), beyond the padding", rounds, rig.Lines, async (line, _) =>
        {
            await SpeakAsync(line);
            await Rounds.AnywhereAsync();
            return await line.SpeakOverAsync();
        });
    }

    // Calls of its own for each: what a bot says when it is called cannot be said again.
    public static async Task BotAsync(int rounds)
    {
        await using var rig = await Rig.StartAsync(s_long.Length);
        var times = new List<double>();
        for (var batch = -1; batch * Calls < rounds; batch++)
        {
            var lines = new List<Line>();
            for (var i = 0; i < Calls; i++)
                lines.Add(await rig.CallAsync(bot: true));
            await Task.Delay(2000);
            foreach (var line in lines)
            {
                await Rounds.AnywhereAsync();
                var beyond = await line.SpeakOverAsync();
                if (batch >= 0 && times.Count < rounds)
                    times.Add(beyond);
                await line.Client.HangUpAsync();
            }
        }

        Rounds.Report("first packet of a voice to the last audible packet (the bot's own barge-in), beyond the padding", times);
    }

    public static async Task ReplyAsync(int rounds)
    {
        await using var rig = await StartAsync((client, happened) =>
        {
            if (happened is AsrFinalEvent text)
                _ = client.SpeakAsync(text.Text!, text.Text);
        });
        await Task.Delay(500);
        await Rounds.MeasureAsync("final text to the first audible packet, through the program", rounds, rig.Lines, async (line, number) =>
        {
            await Rounds.AnywhereAsync();
            line.FirstAudible = 0;
            var began = Stopwatch.GetTimestamp();
            line.Recogniser.Say($"text {number}");
            await line.AudibleAsync();
            var time = Rounds.Milliseconds(began, line.FirstAudible);
            await line.Client.InterruptAsync();
            await Task.Delay(80);
            return time;
        });
    }

    private static async Task<Rig> StartAsync(Action<VoiceClient, VoiceEvent>? onEvent)
    {
        var rig = await Rig.StartAsync();
        for (var i = 0; i < Calls; i++)
            await rig.CallAsync(onEvent: onEvent);
        return rig;
    }

    private static async Task SpeakAsync(Line line)
    {
        line.FirstAudible = 0;
        await line.Client.SpeakAsync(s_long, Guid.NewGuid().ToString());
        await line.AudibleAsync();
    }
}
