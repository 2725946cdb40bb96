using Parley.Media.Codecs;
using Parley.Media.Engine;
using Parley.Media.Rtp;
using Parley.Media.Sdp;

namespace Parley.Media.Tests.Engine;

public sealed class RelayTests
{
    // Two callers at Bob's engine, joined at Alice's.
    private static (AudioStream Left, AudioStream Right, AudioStream First, AudioStream Second) Legs(
        Phones phones, AudioCodec? first = null, AudioCodec? second = null, bool sameLane = true)
    {
        var (a, left) = phones.Call(first);
        var (b, right) = phones.Call(second, alice: sameLane ? new() { LaneOf = a } : null);
        return (left, right, a, b);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Both_sides_hear_each_other_and_nothing_is_decoded(bool sameLane)
    {
        using var phones = new Phones(options => options with { Lanes = 2 });
        var (left, right, a, b) = Legs(phones, sameLane: sameLane);
        Assert.Equal(sameLane, ReferenceEquals(a.Lane, b.Lane));
        var relay = Relay.Connect(a, b);
        var (leftEar, rightEar) = (new Ear(), new Ear());
        left.Listen(leftEar);
        right.Listen(rightEar);
        left.Play(new Sine(440));
        right.Play(new Sine(700));
        phones.Advance(1000);
        Assert.InRange(leftEar.Level(700), 7000, 9000);
        Assert.InRange(rightEar.Level(440), 7000, 9000);
        Assert.Equal(0, phones.Alice.Counters.Clocked);
        Assert.InRange(relay.Forward, 48, 51);
        Assert.InRange(relay.Backward, 48, 51);
    }

    [Fact]
    public void The_payload_is_untouched_and_the_source_is_ours()
    {
        using var phones = new Phones();
        var (left, right, a, b) = Legs(phones);
        Relay.Connect(a, b);
        left.Play(new Sine(440));
        phones.Advance(200);
        var into = phones.Sent(a.Local.Port);
        var outOf = phones.Sent(right.Local.Port);
        Assert.Equal(into.Take(outOf.Count).Select(p => Convert.ToHexString(p.Payload)), outOf.Select(p => Convert.ToHexString(p.Payload)));
        Assert.All(outOf, p => Assert.Equal(b.Ssrc, p.Ssrc));
    }

    [Fact]
    public void Digits_pass_under_the_other_side_s_payload_type()
    {
        using var phones = new Phones();
        var (left, right, a, b) = Legs(phones);
        var other = Phones.Audio(right.Local) with { TelephoneEventPayloadType = 96, ReceiveTelephoneEvents = [new(96, 8000)] };
        b.Configure(other);
        right.Configure(Phones.Audio(b.Local) with { TelephoneEventPayloadType = 96, ReceiveTelephoneEvents = [new(96, 8000)] });
        Relay.Connect(a, b);
        left.Play(new Sine(440));
        var heard = "";
        phones.Run(async () =>
        {
            await left.SendDigitsAsync("19#");
            await foreach (var digit in right.Digits())
            {
                heard += digit.Symbol;
                if (digit.Symbol == '#')
                    break;
            }
        });
        Assert.Equal("19#", heard);
        Assert.Contains(phones.Sent(right.Local.Port), p => p.Type == 96);
    }

    [Fact]
    public void A_prompt_before_the_relay_and_the_relay_are_one_stream_to_the_listener()
    {
        using var phones = new Phones();
        var (left, right, a, b) = Legs(phones);
        b.Play(new Sine(300, milliseconds: 200));
        left.Play(new Sine(440));
        phones.Advance(400);
        Relay.Connect(a, b);
        phones.Advance(200);
        var sent = phones.Sent(right.Local.Port);
        Assert.All(sent.Zip(sent.Skip(1)), pair =>
        {
            Assert.Equal(1, (ushort)(pair.Second.Sequence - pair.First.Sequence));
            Assert.InRange(pair.Second.Timestamp - pair.First.Timestamp, 1u, 8000u);
        });
        Assert.Single(sent.Select(p => p.Ssrc).Distinct());
    }

    [Fact]
    public void A_prompt_into_a_relayed_stream_repeats_no_sequence_number()
    {
        using var phones = new Phones();
        var (left, right, a, b) = Legs(phones);
        Relay.Connect(a, b);
        left.Play(new Sine(440));
        phones.Advance(200);
        b.Play(new Sine(300, milliseconds: 100));
        phones.Advance(400);
        var sequences = phones.Sent(right.Local.Port).Select(p => p.Sequence).ToList();
        Assert.Equal(sequences.Count, sequences.Distinct().Count());
    }

    [Fact]
    public void Different_codecs_are_refused_with_both_names()
    {
        using var phones = new Phones();
        var (_, _, a, b) = Legs(phones, AudioCodecs.Pcmu, AudioCodecs.G722);
        var error = Assert.Throws<CodecMismatchException>(() => Relay.Connect(a, b));
        Assert.Contains("PCMU", error.Message, StringComparison.Ordinal);
        Assert.Contains("G722", error.Message, StringComparison.Ordinal);
        Assert.Equal(0, phones.Alice.Counters.Relays);
    }

    [Fact]
    public void Different_codecs_are_transcoded_when_asked_digits_included()
    {
        using var phones = new Phones();
        var (left, right, a, b) = Legs(phones, AudioCodecs.Pcmu, AudioCodecs.G722);
        var relay = Relay.Connect(a, b, new() { Transcode = true });
        var (leftEar, rightEar) = (new Ear(), new Ear(16000));
        left.Listen(leftEar);
        right.Listen(rightEar);
        left.Play(new Sine(440));
        right.Play(new Sine(700, 16000));
        phones.Advance(1500);
        Assert.True(relay.IsTranscoding);
        Assert.InRange(leftEar.Level(700), 6500, 9000);
        Assert.InRange(rightEar.Level(440), 6500, 9000);
        var heard = ' ';
        phones.Run(async () =>
        {
            await left.SendDigitsAsync("7");
            await foreach (var digit in right.Digits())
            {
                heard = digit.Symbol;
                break;
            }
        });
        Assert.Equal('7', heard);
    }

    [Fact]
    public void A_codec_changed_in_mid_call_turns_relaying_into_transcoding_and_back()
    {
        using var phones = new Phones();
        var (left, right, a, b) = Legs(phones);
        var relay = Relay.Connect(a, b, new() { Transcode = true });
        phones.Advance(20);
        Assert.False(relay.IsTranscoding);
        b.Configure(Phones.Audio(right.Local, AudioCodecs.Pcma));
        right.Configure(Phones.Audio(b.Local, AudioCodecs.Pcma));
        var ear = new Ear();
        right.Listen(ear);
        left.Play(new Sine(440));
        phones.Advance(1000);
        Assert.True(relay.IsTranscoding);
        Assert.InRange(ear.Level(440), 6500, 9000);
        b.Configure(Phones.Audio(right.Local));
        right.Configure(Phones.Audio(b.Local));
        phones.Advance(1000);
        Assert.False(relay.IsTranscoding);
        Assert.InRange(ear.Level(440), 6500, 9000);
        Assert.Equal(0, phones.Alice.Counters.Clocked);
    }

    [Fact]
    public void A_side_on_hold_is_sent_nothing()
    {
        using var phones = new Phones();
        var (left, right, a, b) = Legs(phones);
        Relay.Connect(a, b);
        left.Play(new Sine(440));
        b.Configure(Phones.Audio(right.Local, direction: MediaDirection.Inactive));
        phones.Advance(500);
        Assert.Empty(phones.Sent(right.Local.Port));
    }

    [Fact]
    public void A_stream_is_in_one_relay_at_a_time_and_free_after_it()
    {
        using var phones = new Phones();
        var (_, _, a, b) = Legs(phones);
        var (_, _, c, _) = Legs(phones);
        var relay = Relay.Connect(a, b);
        Assert.Throws<InvalidOperationException>(() => Relay.Connect(a, c));
        phones.Run(async () => await relay.DisposeAsync());
        Relay.Connect(a, c);
        Assert.Equal(1, phones.Alice.Counters.Relays);
    }

    [Fact]
    public void A_relayed_call_is_recorded_with_both_sides()
    {
        using var phones = new Phones();
        var (left, right, a, b) = Legs(phones);
        var tape = new Tape();
        a.Record(tape);
        Relay.Connect(a, b);
        left.Play(new Sine(440));
        right.Play(new Sine(700));
        phones.Advance(1500);
        Assert.InRange(Ear.Level([.. tape.Left.TakeLast(4000)], 440, 8000), 7000, 9000);
        Assert.InRange(Ear.Level([.. tape.Right.TakeLast(4000)], 700, 8000), 7000, 9000);
    }

    private sealed class Tape : Parley.Media.Recording.IStereoSink
    {
        public List<short> Left { get; } = [];

        public List<short> Right { get; } = [];

        public int SampleRate => 8000;

        public void Write(ReadOnlySpan<short> left, ReadOnlySpan<short> right)
        {
            Left.AddRange(left);
            Right.AddRange(right);
        }
    }
}
