namespace Tacit.Modeling.ContextMixing;

/// <content>What each part thinks, and what the answer would be without it.</content>
public sealed unsafe partial class ContextMixer
{
    /// <summary>The model's parts that foresee bits: contexts by kind, matches, experts. Changes with the structure.</summary>
    internal IReadOnlyList<string> PartNames()
    {
        var names = new List<string>();
        names.AddRange(ContextSet.Names(_structure.Kind).Take(_contexts));
        if (_runs)
            names.Add("long match");
        names.Add("match");
        foreach (IBitExpert expert in _experts)
            names.Add(expert.Name);
        return names;
    }

    /// <summary>What each part alone thinks of the next bit, in the units of <see cref="IBitExpert"/>; as many as there are names.</summary>
    internal void ReadOpinions(Span<int> opinions)
    {
        short* input = _mixers.Inputs;
        int part = 0;
        for (int i = 0; i < _contexts; i++)
            opinions[part++] = input[BaseInputs * i];
        input += BaseInputs * _contexts;
        if (_runs)
        {
            input += _contexts;
            opinions[part++] = *input;
            input += MatchModel.InputCount;
        }
        opinions[part++] = *input;
        input += MatchModel.InputCount + 1;
        foreach (IBitExpert expert in _experts)
        {
            opinions[part++] = *input;
            input += expert.InputCount;
        }
    }

    /// <summary>What <see cref="Probability"/> would be if some parts had no opinion on this bit, and all else were as it is.</summary>
    /// <param name="silent">For each part, in the order of their names, whether it is one of them.</param>
    internal uint ProbabilityWithout(ReadOnlySpan<bool> silent)
    {
        Span<short> inputs = new(_mixers.Inputs, _mixers.InputCount), kept = stackalloc short[MixerKernels.MaxInputs];
        inputs.CopyTo(kept);
        for (int part = 0; part < silent.Length; part++)
        {
            if (silent[part])
                Silence(inputs, part);
        }
        MixerNetwork mixers = _mixers;
        uint p;
        if (_mixerCount == 1)
        {
            p = mixers.MixAlone();
        }
        else
        {
            int sum = mixers.Mix(FinalSet);
            ProbabilityRefiner first = _refiner0, second = _refiner1, third = _refiner2;
            p = _refines ? Refined(sum, ref first, ref second, ref third) : Logistic.Squash(Logistic.SquashTable, sum);
        }
        kept[..inputs.Length].CopyTo(inputs);
        mixers = _mixers;
        if (_mixerCount > 1)
            mixers.Mix(FinalSet);    // the second layer's inputs as they were
        return p;
    }

    // Takes a part's inputs away.
    private void Silence(Span<short> inputs, int part)
    {
        int matches = _runs ? 2 : 1, start = (BaseInputs + (_runs ? 1 : 0)) * _contexts;
        if (part < _contexts)
        {
            inputs.Slice(BaseInputs * part, BaseInputs).Clear();
            if (_runs)
                inputs[BaseInputs * _contexts + part] = 0;
            return;
        }
        part -= _contexts;
        if (part < matches)
        {
            inputs.Slice(start + MatchModel.InputCount * part, MatchModel.InputCount).Clear();
            return;
        }
        start += MatchModel.InputCount * matches + 1;
        foreach (IBitExpert expert in _experts)
        {
            if (part-- == matches)
                inputs.Slice(start, expert.InputCount).Clear();
            start += expert.InputCount;
        }
    }
}
