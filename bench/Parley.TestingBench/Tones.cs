using System.Diagnostics;
using System.Globalization;
using Parley.Testing.Agents;
using Parley.Testing.Audio;
using Parley.Testing.Expectations;

namespace Parley.TestingBench;

/// <summary>How soon a tone that begins is found.</summary>
internal static class Tones
{
    public static async Task RunAsync(Options options)
    {
        await using var session = new AgentSession(new AgentSessionOptions { BindHost = "127.0.0.1", Direct = true });
        var a = await session.CreateAsync("a", new AgentOptions { Username = "a", Domain = "bench.invalid", RegInt = 0 });
        var b = await session.CreateAsync("b", new AgentOptions { Username = "b", Domain = "bench.invalid", RegInt = 0 });
        await a.DialAsync(b);
        await Wait.UntilAsync(() => Expect.That(b.State).IsEqualTo(AgentState.Ringing));
        await b.AcceptAsync();
        var times = new List<double>();
        for (var i = 0; i < options.Times; i++)
        {
            await a.SendAudioAsync(AudioSpec.Silent());
            await Task.Delay(Random.Shared.Next(500, 700));
            var looking = b.VerifyAudioAsync(440, TimeSpan.FromSeconds(2));
            await Task.Delay(Random.Shared.Next(300, 400));
            var clock = Stopwatch.StartNew();
            await a.SendAudioAsync(AudioSpec.Tone(440));
            await looking;
            times.Add(clock.Elapsed.TotalMilliseconds);
        }

        times.Sort();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"from the order to send 440 Hz to its being found, {times.Count} times: least {times[0]:0} ms, median {times[times.Count / 2]:0} ms, most {times[^1]:0} ms"));
    }
}
