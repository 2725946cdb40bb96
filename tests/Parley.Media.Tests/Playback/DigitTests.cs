using Parley.Media.Codecs;
using Parley.Media.Engine;
using Parley.Media.Playback;
using Parley.Media.Rtp;
using Parley.Media.Sdp;
using Parley.Media.Tests.Engine;

namespace Parley.Media.Tests.Playback;

/// <summary>Digits of a stream: sent, heard, told by signalling.</summary>
public sealed class DigitTests
{
    [Fact]
    public void Digits_are_sent_in_order_and_heard_with_their_length()
    {
        using var phones = new Phones();
        var (alice, bob) = phones.Call();
        var heard = new List<DtmfDigit>();
        phones.Run(async () =>
        {
            await alice.SendDigitsAsync("12a*#", new() { Duration = TimeSpan.FromMilliseconds(160) });
            await foreach (var digit in bob.Digits())
            {
                heard.Add(digit);
                if (digit.Symbol == '#')
                    break;
            }
        });
        Assert.Equal("12A*#", string.Concat(heard.Select(d => d.Symbol)));
        Assert.All(heard, d => Assert.Equal(160, d.Duration.TotalMilliseconds));
    }

    [Fact]
    public void While_a_digit_is_sent_no_audio_is_and_none_of_it_is_heard()
    {
        using var phones = new Phones();
        var (alice, bob) = phones.Call();
        var ear = new Ear();
        bob.Listen(ear);
        alice.Play(new Sine(440));
        phones.Advance(200);
        phones.Run(() => alice.SendDigitsAsync("5"));
        var sent = phones.Sent(bob.Local.Port);
        var events = sent.Where(p => p.Type == Phones.EventType).ToList();
        Assert.Equal(7, events.Count);
        Assert.Single(events.Select(p => p.Timestamp).Distinct());
        Assert.Equal(1, events.Count(p => p.Marker));
        Assert.All(sent.Zip(sent.Skip(1)), pair => Assert.Equal(1, (ushort)(pair.Second.Sequence - pair.First.Sequence)));
        phones.Advance(300);
        Assert.InRange(ear.Level(770, 600), 0, 300);
        Assert.InRange(ear.Level(440), 7000, 9000);
        Assert.Equal(0, bob.GetStatistics().PacketsLost);
    }

    [Fact]
    public void Without_telephone_events_digits_are_tones()
    {
        using var phones = new Phones();
        var alice = phones.Alice.CreateStream();
        var bob = phones.Bob.CreateStream();
        alice.Configure(Phones.Audio(bob.Local, events: false));
        bob.Configure(Phones.Audio(alice.Local, events: false));
        var ear = new Ear();
        bob.Listen(ear);
        phones.Run(() => alice.SendDigitsAsync("5", new() { Duration = TimeSpan.FromMilliseconds(400) }));
        var tone = ear.Heard.SkipWhile(s => Math.Abs((int)s) < 100).Take(2400).ToArray();
        Assert.InRange(Ear.Level(tone, 770, 8000), 5000, 8500);
        Assert.InRange(Ear.Level(tone, 1336, 8000), 5000, 10500);
    }

    [Theory]
    [InlineData("12x")]
    [InlineData("1\r\n")]
    public void What_is_no_digit_is_refused(string digits)
    {
        using var phones = new Phones();
        var (alice, _) = phones.Call();
        Assert.Equal("digits", Assert.Throws<ArgumentException>(() => { _ = alice.SendDigitsAsync(digits, null, TestContext.Current.CancellationToken); }).ParamName);
    }

    [Fact]
    public void Digits_on_hold_are_refused()
    {
        using var phones = new Phones();
        var (alice, bob) = phones.Call();
        alice.Configure(Phones.Audio(bob.Local, direction: MediaDirection.ReceiveOnly));
        phones.Run(() => Assert.ThrowsAsync<InvalidOperationException>(() => alice.SendDigitsAsync("1", null, TestContext.Current.CancellationToken)));
    }

    [Fact]
    public void A_digit_from_signalling_comes_out_with_the_others()
    {
        using var phones = new Phones();
        var (alice, bob) = phones.Call();
        bob.InjectDigit('b', TimeSpan.Zero, DtmfSource.Info);
        var heard = new List<DtmfDigit>();
        phones.Run(async () =>
        {
            await alice.SendDigitsAsync("1");
            await foreach (var digit in bob.Digits())
            {
                heard.Add(digit);
                if (heard.Count == 2)
                    break;
            }
        });
        Assert.Equal([('B', DtmfSource.Info), ('1', DtmfSource.Rtp)], heard.Select(d => (d.Symbol, d.Source)));
        Assert.Throws<ArgumentException>(() => bob.InjectDigit('x', TimeSpan.Zero, DtmfSource.Info));
    }

    [Fact]
    public void Tones_in_the_audio_become_digits_when_asked_for()
    {
        using var phones = new Phones();
        var (alice, bob) = phones.Call();
        using var detecting = bob.DetectTones();
        var heard = new List<DtmfDigit>();
        phones.Run(async () =>
        {
            await alice.SendDigitsAsync("42#", new() { InBand = true });
            await foreach (var digit in bob.Digits())
            {
                heard.Add(digit);
                if (digit.Symbol == '#')
                    break;
            }
        });
        Assert.Equal("42#", string.Concat(heard.Select(d => d.Symbol)));
        Assert.All(heard, d => Assert.Equal(DtmfSource.InBand, d.Source));
    }

    [Fact]
    public void Digits_end_with_the_stream()
    {
        using var phones = new Phones();
        var (_, bob) = phones.Call();
        var count = 0;
        phones.Run(async () =>
        {
            var reading = Task.Run(async () =>
            {
                await foreach (var _ in bob.Digits())
                    count++;
            });
            await bob.DisposeAsync();
            await reading;
        });
        Assert.Equal(0, count);
    }

    [Fact]
    public void Digits_asked_for_after_the_end_are_those_pressed_before_it()
    {
        using var phones = new Phones();
        var (alice, bob) = phones.Call();
        bob.InjectDigit('7', TimeSpan.Zero, DtmfSource.Info);
        var heard = new List<char>();
        phones.Run(async () =>
        {
            await alice.DisposeAsync();
            await bob.DisposeAsync();
            alice.InjectDigit('8', TimeSpan.Zero, DtmfSource.Info);
            await foreach (var digit in alice.Digits())
                heard.Add(digit.Symbol);
            await foreach (var digit in bob.Digits())
                heard.Add(digit.Symbol);
        });
        Assert.Equal(['7'], heard);
    }
}
