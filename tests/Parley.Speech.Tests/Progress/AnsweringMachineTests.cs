using Parley.Speech.Progress;
using Parley.TestSupport;

namespace Parley.Speech.Tests.Progress;

/// <summary>People and machines of espeak-ng; docs/speech.md has the figures these tests print.</summary>
public class AnsweringMachineTests(ITestOutputHelper output)
{
    private static readonly string[] s_people = ["Hello?", "Hello, this is Martin.", "Yes?", "Miller.", "Good morning, Anna Smith speaking.", "Hi, who is it?", "Hello? Hello?", "Jones, good evening."];

    private static readonly string[] s_machines =
    [
        "Hi, you have reached Anna Smith. I can't take your call right now. Please leave a message after the tone.",
        "The person you are calling is not available. Please leave your message after the beep.",
        "This is the voicemail of five five five, one two three four. Nobody is here at the moment.",
        "Hello! We are out. Leave your name and number and we will call you back as soon as we can.",
        "Your call has been forwarded to an automated voice message system.",
    ];

    private static readonly string[] s_voices = ["en+f1", "en+m3", "en-us+m7", "en-gb+f4"];

    [Theory]
    [InlineData(0)]
    [InlineData(25)]
    [InlineData(15)]
    public void People_and_machines_are_told_apart(double snr)
    {
        Assert.SkipUnless(Espeak.IsInstalled, "espeak-ng is not installed.");
        int people = 0, machines = 0, beeps = 0, unknown = 0;
        var slowest = TimeSpan.Zero;
        foreach (var voice in s_voices)
        {
            foreach (var text in s_people)
            {
                var verdicts = Listen(Call(voice, text, beep: 0, snr));
                if (verdicts[0].Kind == AnswererKind.Human) people++;
                if (verdicts[0].Kind == AnswererKind.Unknown) unknown++;
                if (verdicts[0].At > slowest) slowest = verdicts[0].At;
            }

            for (var i = 0; i < s_machines.Length; i++)
            {
                var verdicts = Listen(Call(voice, s_machines[i], beep: 600 + (200 * i), snr));
                if (verdicts[0].Kind == AnswererKind.Machine) machines++;
                if (verdicts[0].Kind == AnswererKind.Unknown) unknown++;
                if (verdicts.Any(verdict => verdict.Reason == AnswererReason.Beep)) beeps++;
                if (verdicts[0].At > slowest) slowest = verdicts[0].At;
            }
        }

        var (allPeople, allMachines) = (s_voices.Length * s_people.Length, s_voices.Length * s_machines.Length);
        output.WriteLine($"| {(snr == 0 ? "none" : $"{snr} dB")} | {people} of {allPeople} | {machines} of {allMachines} | {beeps} of {allMachines} | {unknown} | {slowest.TotalSeconds:F1} s |");
        Assert.InRange(people, (int)(0.85 * allPeople), allPeople);
        Assert.InRange(machines, (int)(0.9 * allMachines), allMachines);
        Assert.InRange(beeps, (int)(0.9 * allMachines), allMachines);
    }

    [Fact]
    public void Nobody_is_unknown_after_the_initial_silence()
    {
        var verdict = Assert.Single(Listen(Sounds.Silence(8000, 8)));
        Assert.Equal((AnswererKind.Unknown, AnswererReason.InitialSilence, TimeSpan.FromSeconds(2.5)), (verdict.Kind, verdict.Reason, verdict.At));
    }

    [Fact]
    public void A_beep_alone_is_a_machine_that_records()
    {
        var verdict = Assert.Single(Listen(Sounds.Join(Sounds.Silence(8000, 1), Sounds.Tone(8000, 0.4, 6000, 1000), Sounds.Silence(8000, 1))));
        Assert.Equal((AnswererKind.Machine, AnswererReason.Beep, true), (verdict.Kind, verdict.Reason, verdict.MessageMayBegin));
        Assert.InRange(verdict.At.TotalSeconds, 1.35, 1.5);
    }

    [Fact]
    public void A_machine_that_never_beeps_may_be_spoken_to_once_it_is_silent()
    {
        Assert.SkipUnless(Espeak.IsInstalled, "espeak-ng is not installed.");
        var verdicts = Listen(Call("en+f1", s_machines[0], beep: 0, 0));
        Assert.Equal([AnswererReason.LongGreeting, AnswererReason.GreetingEnded], verdicts.Select(verdict => verdict.Reason));
        Assert.False(verdicts[0].MessageMayBegin);
        Assert.True(verdicts[1].MessageMayBegin);
        Assert.True(verdicts[1].GreetingEnd - verdicts[1].GreetingStart > TimeSpan.FromSeconds(4));
    }

    [Fact]
    public void Options_that_cannot_be_are_refused_by_name() =>
        Assert.Equal("Greeting", Assert.Throws<ArgumentException>(() => new AnsweringMachineDetector(_ => { }, new() { Greeting = TimeSpan.Zero })).ParamName);

    private static List<AnswererVerdict> Listen(short[] pcm)
    {
        var verdicts = new List<AnswererVerdict>();
        using var detector = new AnsweringMachineDetector(verdicts.Add);
        Sounds.Feed(detector, pcm);
        return verdicts;
    }

    private static short[] Call(string voice, string text, double beep, double snr)
    {
        var speech = Sounds.Scale(Espeak.Say(voice, 160, text).At(8000).Span, 0.4);
        var pcm = Sounds.Join(
            Sounds.Silence(8000, 0.6), speech, Sounds.Silence(8000, 0.7), beep == 0 ? [] : Sounds.Tone(8000, 0.35, 5000, beep), Sounds.Silence(8000, 5));
        return snr == 0 ? pcm : Sounds.Mix(pcm, Sounds.White(pcm.Length, Sounds.Rms(speech) / Math.Pow(10, snr / 20), 5));
    }
}
