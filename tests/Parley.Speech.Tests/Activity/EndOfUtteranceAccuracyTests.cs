using Parley.Speech.Activity;
using Parley.TestSupport;

namespace Parley.Speech.Tests.Activity;

/// <summary>How often the end of an utterance is found, and how soon, in sentences with pauses in them and sentences that are broken off; docs/speech.md has the table these tests print.</summary>
public class EndOfUtteranceAccuracyTests(ITestOutputHelper output)
{
    private const int Rate = 8000;
    private const int Frame = Rate / 50;

    // What recognisers need behind the end of a part until they have its words.
    private static readonly TimeSpan s_recognition = TimeSpan.FromMilliseconds(200);

    // Those that the weights of the voice activity detector were not fitted to.
    private static readonly string[] s_voices = ["en+f1", "en-us+m7", "en-gb+f4", "en+m3"];

    private static readonly Script[] s_scripts =
    [
        new("I would like to book a table for Friday."), new("Yes please."), new("Could you tell me the opening hours?"), new("The invoice from the third of March is wrong."),
        new("My name is Miller,", 500, "and I am calling about my order."), new("I need a room for", 500, "three nights."), new("I am calling because", 500, "my parcel is late."),
        new("The number is four seven one,", 1000, "zero two two."), new("I would like a table on", 1000, "Saturday evening."), new("Please send it to my", 1000, "new address."),
        new("I would like a table", 500, "near the window."), new("Can you call me", 500, "tomorrow morning?"),
        new("I want to book a flight and"), new("I was calling because"), new("Can I speak to the"),
    ];

    [Theory]
    [InlineData("none", 99, 0.78, 0.92, 0.98)]
    [InlineData("white", 20, 0.78, 0.92, 0.98)]
    [InlineData("white", 10, 0.78, 0.92, 0.98)]
    [InlineData("white", 5, 0.68, 0.88, 0.93)]
    [InlineData("white", 0, 0.33, 0.75, 0.85)]
    public void Most_utterances_end_once_and_behind_their_last_word(string noise, double snr, double withoutWords, double withWords, double withMarks)
    {
        Assert.SkipUnless(Espeak.IsInstalled, "espeak-ng is not installed.");
        Tally[] tallies = [new("none", withoutWords), new("words", withWords), new("words and marks", withMarks)];
        for (var i = 0; i < s_voices.Length; i++)
        {
            foreach (var script in s_scripts)
            {
                var (pcm, ends) = Say(s_voices[i], script, snr, seed: i + 1);
                Listen(pcm, ends, script, tallies);
            }
        }

        foreach (var tally in tallies)
            output.WriteLine($"| {(noise == "none" ? noise : $"{noise} {snr} dB")} | {tally}");
        Assert.All(tallies, tally => Assert.True(tally.Whole >= tally.Least * tally.All, $"With {tally.Name}: {tally.Whole} of {tally.All} end once and behind their last word."));

        Assert.True(tallies[1].Judged >= 0.95 * tallies[1].Whole, $"{tallies[1].Judged} of {tallies[1].Whole} are rightly told complete or broken off.");
    }

    private static void Listen(short[] pcm, List<TimeSpan> ends, Script script, Tally[] tallies)
    {
        var runs = tallies.Select(tally => (Utterance: new EndOfUtterance(expectsText: tally.Name != "none"), Heard: new List<(TimeSpan At, bool Complete)>())).ToArray();
        using var detector = new VoiceActivityDetector(new() { SampleRate = Rate }, change =>
        {
            foreach (var (utterance, _) in runs) utterance.Heard(change);
        });
        var told = 0;
        for (var at = 0; at + Frame <= pcm.Length; at += Frame)
        {
            detector.Write(pcm.AsSpan(at, Frame));
            var isTold = told < ends.Count && detector.Position >= ends[told] + s_recognition;
            if (isTold) told++;
            for (var i = 0; i < runs.Length; i++)
            {
                var (utterance, heard) = runs[i];
                if (isTold && i > 0) utterance.Recognised(script.Text(told, marks: i == 2), detector.Position);
                if (utterance.TryEnd(detector.Position, out var complete, out _)) heard.Add((detector.Position, complete));
            }
        }

        for (var i = 0; i < runs.Length; i++) tallies[i].Add(runs[i].Heard, ends[^1], script.IsComplete);
    }

    /// <summary>A script's audio, and where each of its parts ends.</summary>
    private static (short[] Pcm, List<TimeSpan> Ends) Say(string voice, Script script, double snr, int seed)
    {
        var clean = new List<short>(Sounds.Silence(Rate, 1));
        var ends = new List<TimeSpan>();
        foreach (var part in script.Parts)
        {
            if (ends.Count > 0) clean.AddRange(Sounds.Silence(Rate, script.Pause / 1000.0));
            clean.AddRange(Trim(Sounds.Scale(Espeak.Say(voice, 160, part).At(Rate).Span, 0.4)));
            ends.Add(TimeSpan.FromSeconds((double)clean.Count / Rate));
        }

        var voiced = Sounds.Rms([.. clean.Skip(Rate)]);
        clean.AddRange(Sounds.Silence(Rate, 4));
        var pcm = clean.ToArray();
        return (Sounds.Mix(pcm, Sounds.White(pcm.Length, snr > 90 ? 1 : voiced / Math.Pow(10, snr / 20), seed)), ends);
    }

    /// <summary>Without the silence around it, so that pauses are as long as they are said to be.</summary>
    private static ReadOnlySpan<short> Trim(short[] pcm)
    {
        var loud = pcm.Max(sample => Math.Abs((int)sample)) / 30;
        return pcm.AsSpan(Array.FindIndex(pcm, Loud)..(Array.FindLastIndex(pcm, Loud) + 1));

        bool Loud(short sample) => Math.Abs((int)sample) > loud;
    }

    /// <summary>A sentence, in two parts if there is a pause in it, of milliseconds. One without a mark at its end was broken off.</summary>
    private sealed record Script(string First, int Pause = 0, string? Second = null)
    {
        public IReadOnlyList<string> Parts => Second is null ? [First] : [First, Second];

        public bool IsComplete => Parts[^1][^1] is '.' or '?';

        public string Text(int parts, bool marks)
        {
            var text = string.Join(' ', Parts.Take(parts));
            return marks ? text : text.Replace(".", "", StringComparison.Ordinal).Replace(",", "", StringComparison.Ordinal).Replace("?", "", StringComparison.Ordinal);
        }
    }

    private sealed class Tally(string name, double least)
    {
        private readonly List<double> _delays = [];
        private int _cut;

        public string Name => name;

        public double Least => least;

        public int All { get; private set; }

        /// <summary>Those with one end, behind the last word.</summary>
        public int Whole { get; private set; }

        /// <summary>Of these, how many are rightly told complete or not.</summary>
        public int Judged { get; private set; }

        public void Add(List<(TimeSpan At, bool Complete)> heard, TimeSpan end, bool isComplete)
        {
            All++;
            if (heard.Exists(one => one.At < end)) _cut++;
            if (heard.Count != 1 || heard[0].At < end) return;
            Whole++;
            if (heard[0].Complete == isComplete) Judged++;
            if (isComplete) _delays.Add((heard[0].At - end).TotalMilliseconds);
        }

        public override string ToString()
        {
            var delays = _delays.Order().ToArray();
            return $"{name} | {Whole} of {All} | {_cut} | {Judged} of {Whole} | {delays[delays.Length / 2]:F0} ms | {delays[delays.Length * 9 / 10]:F0} ms |";
        }
    }
}
